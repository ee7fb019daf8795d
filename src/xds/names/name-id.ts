/**
 * A name of a resource as a small integer, of whatever type; it means one name for as long as anybody has it
 * (`Names.sweep`).
 */
export type NameId = number

/**
 * From here on stand names that only clients say: they may make up any number of them. What is below is dense, and
 * indexes arrays.
 */
export const STRANGE: NameId = 2 ** 24
