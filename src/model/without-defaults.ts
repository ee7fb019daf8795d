type Value = string | number | boolean | object | undefined

/** What says something: fields that are neither left out nor have the value that they have when they are. */
export function withoutDefaults<Fields extends object>(
  fields: Fields,
  defaults: Partial<Fields> = {},
): Fields {
  const given = Object.entries(fields) as [keyof Fields, Value][]
  return Object.fromEntries(
    given.filter(([field, value]) => value !== undefined && value !== defaults[field]),
  ) as Fields
}

/** The same of settings of which nothing is left when nothing is said. */
export function unlessEmpty<Fields extends object>(fields: Fields): Fields | undefined {
  return Object.keys(fields).length > 0 ? fields : undefined
}
