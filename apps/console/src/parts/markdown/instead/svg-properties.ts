/** Stands where the properties of drawings are listed: Markdown has none. */
export const svg = { property: {}, normal: {}, space: 'svg' }
