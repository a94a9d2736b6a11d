/** The grammar of tools' names, for the layers that name tools without holding a registry. @module */
export { isValidName as isToolName } from '../registry/names.ts'
