/** The places at which attributes are read, by their names. */
const places = new Map<string, number>()
const count = 24

/**
 * Returns the place for reads of an attribute. V8 learns for each place in the code which attribute it reads, and of
 * which classes. A place at which any attribute of any class is read takes several times as long. So there are as
 * many places as most policies need; what comes later shares one.
 */
export function placeOf(name: string): number {
  let place = places.get(name)
  if (place === undefined) {
    place = Math.min(places.size, count - 1)
    places.set(name, place)
  }
  return place
}

/** Returns an attribute; undefined if it is missing. */
export function at(place: number, object: object, name: string): unknown {
  // Sound: any object can have the attribute.
  const row = object as Readonly<Record<string, unknown>>
  switch (place) {
    case 0:
      return row[name]
    case 1:
      return row[name]
    case 2:
      return row[name]
    case 3:
      return row[name]
    case 4:
      return row[name]
    case 5:
      return row[name]
    case 6:
      return row[name]
    case 7:
      return row[name]
    case 8:
      return row[name]
    case 9:
      return row[name]
    case 10:
      return row[name]
    case 11:
      return row[name]
    case 12:
      return row[name]
    case 13:
      return row[name]
    case 14:
      return row[name]
    case 15:
      return row[name]
    case 16:
      return row[name]
    case 17:
      return row[name]
    case 18:
      return row[name]
    case 19:
      return row[name]
    case 20:
      return row[name]
    case 21:
      return row[name]
    case 22:
      return row[name]
    default:
      return row[name]
  }
}
