/**
 * Units as people write them, in the spelling that mathjs knows.
 *
 * @module
 */

const spellings: ReadonlyMap<string, string> = new Map([
  ['mph', 'mi/h'],
  ['miles per hour', 'mi/h'],
  ['kph', 'km/h'],
  ['kmh', 'km/h'],
  ['kilometers per hour', 'km/h'],
  ['kilometres per hour', 'km/h'],
  ['meters per second', 'm/s'],
  ['metres per second', 'm/s'],
  ['°c', 'degC'],
  ['c', 'degC'],
  ['degrees celsius', 'degC'],
  ['°f', 'degF'],
  ['f', 'degF'],
  ['degrees fahrenheit', 'degF'],
  ['kelvins', 'K'],
  ['pound', 'lb'],
  ['pounds', 'lb'],
  ['tsp', 'teaspoon'],
  ['tbsp', 'tablespoon'],
  ['fl oz', 'fluidounce'],
  ['fluid ounces', 'fluidounce'],
  ['fluid ounce', 'fluidounce'],
  ['square meters', 'm^2'],
  ['square metres', 'm^2'],
  ['square kilometers', 'km^2'],
  ['square kilometres', 'km^2'],
  ['square feet', 'sqft'],
  ['square miles', 'sqmi'],
  ['cubic meters', 'm^3'],
  ['cubic metres', 'm^3'],
  ['cubic feet', 'ft^3'],
  ['degrees', 'deg'],
  ['light years', 'lightyear'],
  ['light-years', 'lightyear'],
])

/** The spelling that is known, else the text as it was: who reads it says that it is unknown. */
export function spellUnit(text: string, isKnown: (name: string) => boolean): string {
  const given = text.trim().replaceAll('²', '^2').replaceAll('³', '^3').replaceAll(/[µμ]/g, 'u')
  const lower = given.toLowerCase()
  const spelled = spellings.get(given) ?? spellings.get(lower)
  if (spelled !== undefined && !(given.length === 1 && isKnown(given) && given !== 'C' && given !== 'F')) return spelled
  const american = lower.replaceAll(/(met|lit)re/g, '$1er')
  return [given, lower, american, american.replace(/s$/, '')].find((name) => isKnown(name)) ?? given
}
