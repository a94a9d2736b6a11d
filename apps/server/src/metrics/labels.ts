/** The label of what is in no closed set: what a model or a peer invented must not become a label. @module */
export const otherLabel = '(other)'
