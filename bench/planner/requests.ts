/**
 * What people ask, and the calls they expect. Written before the planner was, split by a fixed rule before it was tuned:
 * half of it (`held-out`) was never looked at while tuning, only counted.
 *
 * @module
 */
import { createHash } from 'node:crypto'

/** A string is compared without case and outer blanks; a RegExp is tested; `amount` is what an expression is worth. */
export type Expected = string | number | RegExp | { readonly amount: number }

export interface ExpectedCall {
  readonly tool: string
  readonly input: { readonly [property: string]: Expected }
}

/** How a turn ends: an answer from results, a question for one argument, a choice of two, a refusal, small talk. */
export type Ending = 'answer' | 'ask' | 'choice' | 'refusal' | 'talk'

interface Turn {
  readonly say: string
  readonly calls: readonly ExpectedCall[]
  readonly end: Ending
  /** With `ask`: the property asked for. */
  readonly asks?: string
}

export interface EvaluationRequest {
  readonly category: string
  readonly turns: readonly Turn[]
}

export type Half = 'tuned' | 'held-out'

/** The fixed rule: the lowest bit of the SHA-256 of what is said. */
export function halfOf(request: EvaluationRequest): Half {
  const said = request.turns.map((turn) => turn.say).join('\n')
  const first = createHash('sha256').update(said).digest()[0] ?? 0
  return (first & 1) === 0 ? 'tuned' : 'held-out'
}

const amount = (value: number): Expected => ({ amount: value })
const calculate = (value: number): ExpectedCall => ({ tool: 'calculate', input: { expression: amount(value) } })
const convert = (value: number, from: RegExp, to: RegExp): ExpectedCall => ({
  tool: 'convert_units',
  input: { value, from, to },
})
const time = (place?: RegExp): ExpectedCall => ({ tool: 'current_time', input: place ? { place } : {} })
const script = (code: string | RegExp): ExpectedCall => ({ tool: 'run_javascript', input: { code } })
const search = (query: RegExp, limit?: number): ExpectedCall => ({
  tool: 'search_documents',
  input: limit === undefined ? { query } : { query, limit },
})
const read = (document: RegExp | string): ExpectedCall => ({ tool: 'read_document', input: { documentId: document } })
const save = (text: RegExp | string, title?: RegExp | string): ExpectedCall => ({
  tool: 'save_note',
  input: title === undefined ? { text } : { text, title },
})
const list = (query?: RegExp): ExpectedCall => ({ tool: 'list_notes', input: query ? { query } : {} })
const remove = (noteId: string): ExpectedCall => ({ tool: 'delete_note', input: { noteId } })

function one(category: string, say: string, ...calls: readonly ExpectedCall[]): EvaluationRequest {
  return { category, turns: [{ say, calls, end: 'answer' }] }
}

function ends(category: string, say: string, end: Ending, asks?: string): EvaluationRequest {
  return { category, turns: [{ say, calls: [], end, ...(asks === undefined ? {} : { asks }) }] }
}

const miles = /^mi(les?)?$/i
const kilometres = /^(km|kilomet(er|re)s?)$/i
const fahrenheit = /^(deg)?(f|fahrenheit)$/i
const celsius = /^(deg)?(c|celsius)$/i
const pounds = /^(lbs?|pounds?)$/i
const kilograms = /^(kg|kilos?|kilograms?)$/i

export const requests: readonly EvaluationRequest[] = [
  // calculate
  one('calculate', 'what is 17 * 23?', calculate(391)),
  one('calculate', 'Whats 15% of 240', calculate(36)),
  one('calculate', 'square root of 144 please', calculate(12)),
  one('calculate', 'Could you calculate (12 + 30) / 7 for me?', calculate(6)),
  one('calculate', '2+2', calculate(4)),
  one('calculate', 'how much is 1,250 plus 3,475', calculate(4725)),
  one('calculate', 'twelve times eleven', calculate(132)),
  one('calculate', 'what do you get when you divide 1001 by 13', calculate(77)),
  one('calculate', 'compute 2 to the power of 16', calculate(65536)),
  one('calculate', 'i need 20% off 85', calculate(68)),
  one('calculate', 'What is the cube root of 27?', calculate(3)),
  one('calculate', 'calcualte 99 x 99', calculate(9801)),
  one('calculate', 'how many is 45 minus 17.5', calculate(27.5)),
  one('calculate', 'what’s 7 squared?', calculate(49)),
  one('calculate', 'evaluate sqrt(2) * sqrt(8)', calculate(4)),
  one('calculate', 'add 19 and 23', calculate(42)),
  one('calculate', 'if i have 3 boxes with 48 eggs, whats 3 times 48', calculate(144)),
  one('calculate', 'subtract 18 from 50', calculate(32)),

  // convert_units
  one('convert', 'convert 5 miles to km', convert(5, miles, kilometres)),
  one('convert', 'How many kilometers is 26.2 miles?', convert(26.2, miles, kilometres)),
  one('convert', '100 fahrenheit in celsius', convert(100, fahrenheit, celsius)),
  one('convert', 'whats 180 lbs in kg?', convert(180, pounds, kilograms)),
  one('convert', 'Please turn 3 feet into centimeters', convert(3, /^(ft|feet|foot)$/i, /^(cm|centimet(er|re)s?)$/i)),
  one('convert', 'how many ounces are in 2 pounds', convert(2, pounds, /^(oz|ounces?)$/i)),
  one('convert', "what's 72°F in °C", convert(72, /^(°?f|deg ?f|fahrenheit|degf)$/i, /^(°?c|deg ?c|celsius|degc)$/i)),
  one('convert', 'convrt 10 kilograms to pounds pls', convert(10, kilograms, pounds)),
  one('convert', '1.5 hours in seconds', convert(1.5, /^(h|hours?|hrs?)$/i, /^(s|secs?|seconds?)$/i)),
  one('convert', 'I weigh 70 kg, what is that in pounds?', convert(70, kilograms, pounds)),
  one('convert', 'how far is 10k meters in miles', convert(10000, /^(m|met(er|re)s?)$/i, miles)),
  one('convert', 'change twelve inches to cm', convert(12, /^(in|inch(es)?)$/i, /^(cm|centimet(er|re)s?)$/i)),

  // current_time
  one('time', 'what time is it in Tokyo?', time(/^tokyo$/i)),
  one('time', 'time in new york', time(/^new york$/i)),
  one('time', 'Can you tell me the current time in São Paulo please', time(/^s[ãa]o paulo$/i)),
  one('time', "what's the date today in Sydney", time(/^sydney$/i)),
  one('time', 'is it morning in london right now? what time is it there', time(/^london$/i)),
  one('time', 'waht time is it in berlin', time(/^berlin$/i)),
  one('time', 'What day is it in Europe/Madrid', time(/^europe\/madrid$/i)),
  one('time', 'hey, got the time for Mumbai?', time(/^mumbai$/i)),
  one('time', 'tell me what o’clock it is in Paris', time(/^paris$/i)),

  // run_javascript
  one('javascript', 'run `[1,2,3].map(x => x * 2)`', script('[1,2,3].map(x => x * 2)')),
  one(
    'javascript',
    'Can you execute this javascript:\n```js\nconst xs = [3, 1, 2]\nxs.sort()\n```',
    script(/^const xs = \[3, 1, 2\]\nxs\.sort\(\)$/),
  ),
  one(
    'javascript',
    'what does `"abc".split("").reverse().join("")` return in JavaScript?',
    script('"abc".split("").reverse().join("")'),
  ),
  one('javascript', 'run the code `Math.max(4, 9, 2)` please', script('Math.max(4, 9, 2)')),
  one(
    'javascript',
    '```\nlet total = 0\nfor (let i = 1; i <= 10; i++) total += i\ntotal\n```\nrun this',
    script(/^let total = 0\nfor/),
  ),
  one('javascript', 'evaluate the js snippet `new Date(0).toISOString()`', script('new Date(0).toISOString()')),

  // documents
  one('documents', 'search the documents for "connection scope"', search(/^connection scope$/i)),
  one('documents', 'find docs about approvals', search(/^approvals$/i)),
  one('documents', 'What do the documents say about rate limits?', search(/^rate limits$/i)),
  one('documents', 'look up how to install the server in the docs', search(/^(how to )?install the server$/i)),
  one('documents', 'read the document getting-started.md', read('getting-started.md')),
  one('documents', 'open "protocol.md"', read('protocol.md')),
  one(
    'documents',
    'can you search for websocket tickets in our documentation, top 3 results',
    search(/^websocket tickets$/i, 3),
  ),
  one('documents', 'show me the document glossary.md please', read('glossary.md')),
  one('documents', 'any documents mentioning leases?', search(/^leases$/i)),
  one('documents', 'serach docs for "event log"', search(/^event log$/i)),
  one('documents', 'find 5 documents about security', search(/^security$/i, 5)),

  // notes
  one('notes', 'save a note: buy milk and eggs', save('buy milk and eggs')),
  one('notes', 'please remember that the wifi password is tulip42', save(/^the wifi password is tulip42$/i)),
  one('notes', 'take a note "call the dentist on Monday"', save('call the dentist on Monday')),
  one(
    'notes',
    'Save the note "Quarterly numbers are due Friday" titled "Finance"',
    save('Quarterly numbers are due Friday', 'Finance'),
  ),
  one('notes', 'list my notes', list()),
  one('notes', 'what notes do I have?', list()),
  one('notes', 'show me my notes about groceries', list(/^groceries$/i)),
  one('notes', 'delete note n3', remove('n3')),
  one('notes', 'remove the note with id abc123', remove('abc123')),
  one('notes', 'jot down: the meeting moved to 3pm', save('the meeting moved to 3pm')),
  one('notes', 'note to self: water the plants', save('water the plants')),
  one('notes', 'find my notes mentioning "dentist"', list(/^dentist$/i)),
  one(
    'notes',
    'Make a note with the title "Ideas" and the text "a quieter keyboard"',
    save('a quieter keyboard', 'Ideas'),
  ),
  one('notes', 'write down that Maria prefers tea', save(/^Maria prefers tea$/i)),

  // several requests in one message
  one('several', 'what is 6*7 and what time is it in Oslo?', calculate(42), time(/^oslo$/i)),
  one('several', 'convert 10 km to miles. Also what is 12% of 300?', convert(10, kilometres, miles), calculate(36)),
  one('several', 'time in Tokyo and London', time(/^tokyo$/i), time(/^london$/i)),
  one('several', 'list my notes and search the docs for backups', list(), search(/^backups$/i)),
  one(
    'several',
    'calculate 3^4; then convert 20 celsius to fahrenheit',
    calculate(81),
    convert(20, celsius, fahrenheit),
  ),
  one('several', 'Whats 18 + 24? And the square root of 81?', calculate(42), calculate(9)),
  one('several', 'save a note: renew passport. And list my notes.', save('renew passport'), list()),

  // chains: a later call needs an earlier result
  one('chain', 'calculate 12 * 12 and then save it as a note', calculate(144), save(/144/)),
  one('chain', 'what is 40 + 2, then divide that by 6', calculate(42), calculate(7)),
  one(
    'chain',
    'convert 100 miles to km and save the result as a note titled "Trip"',
    convert(100, miles, kilometres),
    save(/160\.9/, 'Trip'),
  ),
  one('chain', 'what time is it in Lima? save that to a note', time(/^lima$/i), save(/\d/)),
  one(
    'chain',
    'search documents for "release checklist" and then read the first one',
    search(/^release checklist$/i),
    read(/release/i),
  ),
  one('chain', 'Work out 15% of 80, then save the answer in a note please', calculate(12), save(/12/)),
  one('chain', 'run `6 * 111` and note down the result', script('6 * 111'), save(/666/)),
  one('chain', 'Find the docs about onboarding and open the top hit', search(/^onboarding$/i), read(/onboarding/i)),

  // an argument is missing
  ends('missing', 'convert 5 miles', 'ask', 'to'),
  ends('missing', 'delete a note', 'ask', 'noteId'),
  ends('missing', 'save a note', 'ask', 'text'),
  ends('missing', 'run some javascript', 'ask', 'code'),
  ends('missing', 'can you search the documents for me?', 'ask', 'query'),
  ends('missing', 'please calculate something for me', 'ask', 'expression'),
  ends('missing', 'i want to read a document', 'ask', 'document'),
  ends('missing', 'remember something for me', 'ask', 'text'),

  // nothing fits
  ends('refusal', 'book me a flight to Rome', 'refusal'),
  ends('refusal', 'Write a poem about autumn', 'refusal'),
  ends('refusal', 'who won the world cup in 1998?', 'refusal'),
  ends('refusal', 'order a pepperoni pizza', 'refusal'),
  ends('refusal', 'what is the weather in Paris', 'refusal'),
  ends('refusal', 'translate good morning into French', 'refusal'),
  ends('refusal', 'why is the sky blue?', 'refusal'),
  ends('refusal', 'send an email to bob@example.com', 'refusal'),
  ends('refusal', 'play some jazz music', 'refusal'),
  ends('refusal', 'how do I get over a breakup', 'refusal'),
  ends('refusal', 'What is the capital of Mongolia?', 'refusal'),

  // small talk
  ends('talk', 'hello!', 'talk'),
  ends('talk', 'Thanks a lot', 'talk'),
  ends('talk', 'what can you do?', 'talk'),
  ends('talk', 'who are you', 'talk'),
  ends('talk', 'good morning', 'talk'),
  ends('talk', 'help', 'talk'),
  ends('talk', 'how are you doing today?', 'talk'),
  ends('talk', 'bye', 'talk'),

  // several turns
  {
    category: 'turns',
    turns: [
      { say: 'convert 5 miles', calls: [], end: 'ask', asks: 'to' },
      { say: 'kilometers', calls: [convert(5, miles, kilometres)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'delete one of my notes', calls: [], end: 'ask', asks: 'noteId' },
      { say: 'n7', calls: [remove('n7')], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'save a note please', calls: [], end: 'ask', asks: 'text' },
      { say: 'Pick up the parcel at 5', calls: [save('Pick up the parcel at 5')], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'what is 9 * 9', calls: [calculate(81)], end: 'answer' },
      { say: 'save that as a note', calls: [save(/81/)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'What time is it in Cairo?', calls: [time(/^cairo$/i)], end: 'answer' },
      { say: 'and in Nairobi?', calls: [time(/^nairobi$/i)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'convert 30 celsius to fahrenheit', calls: [convert(30, celsius, fahrenheit)], end: 'answer' },
      { say: 'and 35?', calls: [convert(35, celsius, fahrenheit)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'save a note', calls: [], end: 'ask', asks: 'text' },
      { say: 'never mind, what is 8 * 8?', calls: [calculate(64)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: '25 * 4', calls: [calculate(100)], end: 'answer' },
      { say: 'now divide it by 5', calls: [calculate(20)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'search the docs', calls: [], end: 'ask', asks: 'query' },
      { say: 'graceful shutdown', calls: [search(/^graceful shutdown$/i)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'hi', calls: [], end: 'talk' },
      { say: 'whats 1 + 1', calls: [calculate(2)], end: 'answer' },
    ],
  },
  {
    category: 'turns',
    turns: [
      { say: 'search documents for leases', calls: [search(/^leases$/i)], end: 'answer' },
      { say: 'read the second one', calls: [read(/second/i)], end: 'answer' },
    ],
  },
]
