/**
 * Amounts with a unit or a currency, and what they are to be turned into. Units are handed on as they were written.
 *
 * @module
 */

const UNITS =
  `millimet(?:er|re)s?|centimet(?:er|re)s?|kilomet(?:er|re)s?|met(?:er|re)s?|mm|cm|km|m|inch(?:es)?|in|feet|foot|ft|yards?|yd|miles?|mi|nautical miles?|light ?years?
milligrams?|kilograms?|kilogrammes?|kilos?|grams?|grammes?|mg|kg|g|pounds?|lbs?|ounces?|oz|stones?|tons?|tonnes?
millilit(?:er|re)s?|lit(?:er|re)s?|ml|l|gallons?|gal|quarts?|pints?|cups?|fluid ounces?|tablespoons?|tbsp|teaspoons?|tsp
degrees? celsius|degrees? fahrenheit|degrees? kelvin|degrees? [cf]|degc|degf|celsius|centigrade|fahrenheit|kelvin|°\\s?[cfk]|[cfk]
milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|min|hours?|hrs?|hr|h|days?|weeks?|months?|years?
bits?|bytes?|kilobytes?|megabytes?|gigabytes?|terabytes?|kb|mb|gb|tb|kib|mib|gib
joules?|calories?|kcal|cal|kwh|watts?|kilowatts?|kw|w|horsepower|hp|volts?|amps?|pascals?|psi|bars?|atm
km/h|kmh|kph|mph|m/s|knots?|acres?|hectares?|square (?:met(?:er|re)s?|feet|miles?|kilomet(?:er|re)s?)|m2|km2|ft2|radians?|degrees?|rad|deg`
    .split(/[|\n](?![^(]*\))/)
    .map((unit) => unit.trim())
    .sort((a, b) => b.length - a.length)
    .join('|')

const END = '(?![\\p{L}\\p{N}_])'
const MEASURE = new RegExp(`(-?(?:\\d+(?:\\.\\d+)?|\\.\\d+))\\s*-?(${UNITS})${END}`, 'giu')
const TARGET = new RegExp(`(?:\\b(?:to|into|in|as)|=|->|→)\\s+(?:how many |(?:a |the )?)?(${UNITS})${END}`, 'giu')
const HOW_MANY = new RegExp(`\\bhow (?:many|much) (?:is |are )?(${UNITS})${END}`, 'iu')

export interface Measure {
  readonly value: number
  readonly unit: string
  readonly start: number
  readonly end: number
}

/** Amounts with their units, in a text that `withDigits` has gone over. */
export function measuresOf(text: string): Measure[] {
  return [...text.matchAll(MEASURE)].map((match) => ({
    value: Number(match[1]),
    unit: tidy(match[2] ?? ''),
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** The unit asked for: `to km`, `in °C`, `how many ounces`. */
export function targetUnitOf(text: string): string | undefined {
  const many = HOW_MANY.exec(text)
  if (many?.[1]) return tidy(many[1])
  let last: string | undefined
  for (const match of text.matchAll(TARGET)) {
    // "in" and "to" before a number lead the amount, and "in" itself is a unit: the unit that follows is the one meant.
    if (match[1]) last = tidy(match[1])
  }
  return last
}

function tidy(unit: string): string {
  return unit.replace(/^degrees? /i, '').replace(/°\s+/, '°')
}

const currencies: readonly (readonly [code: string, names: string])[] = [
  ['USD', '\\$|us dollars?|dollars?|bucks'],
  ['EUR', '€|euros?'],
  ['GBP', '£|pounds sterling|sterling|british pounds?|quid'],
  ['JPY', '¥|yen'],
  ['CHF', 'swiss francs?|francs?'],
  ['INR', '₹|rupees?'],
  ['CNY', 'yuan|renminbi'],
  ['SEK', 'swedish kron(?:a|or)|kronor'],
  ['NOK', 'norwegian kron(?:e|er)|kroner'],
  ['CAD', 'canadian dollars?'],
  ['AUD', 'australian dollars?'],
  ['BRL', 'reais|real'],
  ['PLN', 'zloty'],
]

export interface FoundCurrency {
  readonly code: string
  readonly start: number
  readonly end: number
}

/** Currencies in order: codes in capitals, signs and names. */
export function currenciesOf(text: string): FoundCurrency[] {
  const found: FoundCurrency[] = []
  for (const [code, names] of currencies) {
    const pattern = new RegExp(`(?<![\\p{L}])(?:${code}|${code.toLowerCase()}|(?:${names}))(?![\\p{L}])`, 'giu')
    for (const match of text.matchAll(pattern)) {
      if (found.some((one) => match.index >= one.start && match.index < one.end)) continue
      found.push({ code, start: match.index, end: match.index + match[0].length })
    }
  }
  return found.sort((a, b) => a.start - b.start)
}
