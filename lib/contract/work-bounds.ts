/** Bounds of what is read of the files about work; apart from the schemas, since readers load no zod. */

/** The longest text of one field, in characters. Longer ones are cut, and end with an ellipsis. */
export const MAX_WORK_TEXT = 1000;
/** The longest coordination document whose text is given, in characters. */
export const MAX_DOCUMENT_TEXT = 200_000;
