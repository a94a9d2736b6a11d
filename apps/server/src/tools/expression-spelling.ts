/**
 * Expressions as people write them, in the spelling that mathjs reads.
 *
 * @module
 */

export function spellExpression(expression: string): string {
  return expression
    .replaceAll(/[×·⋅]/g, '*')
    .replaceAll('÷', '/')
    .replaceAll(/[−–]/g, '-')
    .replaceAll('²', '^2')
    .replaceAll('³', '^3')
    .replaceAll('π', 'pi')
    .replaceAll('**', '^')
    .replaceAll(/%\s*of\b/gi, '% *')
    .replaceAll(/°\s?([CF])\b/g, 'deg$1')
    .replace(/\s*=\s*\??\s*$/, '')
}
