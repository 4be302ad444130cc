/** Conditions of the corpus that are not answered alike here, each with the reason. */
export const differences: Readonly<Record<string, string>> = {
  'string-size': 'a text has no length in Polar',
  'size-huge-gt': 'a text has no length in Polar',
  'size-huge-lt': 'a text has no length in Polar',
  'cast-int-string': 'a text is no number in Polar, and none can be made of it',
  'cast-double-string': 'a text is no number in Polar, and none can be made of it',
}
