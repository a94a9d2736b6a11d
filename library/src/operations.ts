/** What an operator may ask of a server, and the client that asks it: `toolcrib/operations`. Safe in browsers. @module */

export { createOperationsClient, type OperationsClient, type OperationsClientOptions } from './operations/client.ts'
export type { ComponentReport, HealthQuestion, HealthReport, HealthWord } from './operations/health.ts'
export type { OperationsQuestion, OperationsQuestions, OperationsReply } from './operations/questions.ts'
