/**
 * The cookie that says who somebody is. The help desk takes everybody's word for it: an application of your own puts the session of its
 * sign-in here, which nobody can make up.
 */
export const personCookie = 'person'
