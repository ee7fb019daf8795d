/** At most so many rows, or so many characters of them, are read of the feed at once. */
export const STRETCH_ROWS = 1_000
export const STRETCH_CHARACTERS = 1_000_000
