/** Stands where a text would be taken apart into blocks: ours is by `blocks.ts`. */
export class Lexer {}
