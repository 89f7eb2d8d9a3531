/** What an error says, in words. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function described(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return `${String(code)} ${reasonOf(error)}`;
}

/** What SQLite says when there is no room left, or the disk fails. */
export const isUnwritable = (error: unknown): boolean =>
  /SQLITE_(?:FULL|IOERR(?!_SHORT_READ)|READONLY)|ENOSPC|disk is full/.test(described(error));

/** A file that SQLite will not write: nobody may, or it says of itself that a newer SQLite must. */
export const isReadOnly = (error: unknown): boolean => /SQLITE_READONLY/.test(described(error));

/** What SQLite says of a file that is no sound database any more, be it that its end is missing. */
export const isDamage = (error: unknown): boolean =>
  /SQLITE_(?:CORRUPT|NOTADB|IOERR_SHORT_READ)|malformed|not a database/.test(described(error));
