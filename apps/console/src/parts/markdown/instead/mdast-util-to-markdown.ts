/** Stands where Markdown would be written: here it is only read. */
export const defaultHandlers = {}
