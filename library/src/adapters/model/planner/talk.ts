/**
 * Small talk: what is said to a counter rather than asked of it. Answered honestly, and only when nothing else is said.
 *
 * @module
 */

export type Topic = 'hello' | 'thanks' | 'bye' | 'who' | 'help' | 'how-are-you' | 'cancel'

const YOU = '(?: (?:there|all|everyone|again|bot|assistant|friend|planner|toolcrib))?'
const topics: readonly (readonly [Topic, RegExp])[] = [
  [
    'how-are-you',
    /^(?:(?:hi|hey|hello),? )?how(?:'s| is| are|s) (?:you|u|it going|things|life|everything)(?: doing)?(?: today| now)?$|^what'?s up$/,
  ],
  [
    'hello',
    new RegExp(`^(?:hi|hey|hello|hallo|howdy|hiya|yo|greetings|good (?:morning|afternoon|evening|day)|morning)${YOU}$`),
  ],
  [
    'thanks',
    /^(?:ok(?:ay)?|great|perfect|cool|nice|wow|awesome)?,? ?(?:many )?(?:thanks|thank you|thank u|thx|ty|cheers)(?: (?:a lot|so much|very much|again|a bunch|a million|for your help|for (?:that|the help)))*$|^(?:great|perfect|cool|nice|ok|okay|awesome|good job|well done)$/,
  ],
  ['bye', /^(?:good ?bye|bye|bye bye|see (?:you|ya)(?: later| soon| tomorrow)?|good night|ciao|take care)$/],
  [
    'who',
    /^(?:so )?(?:who|what) (?:are|r) (?:you|u)(?: exactly| really)?$|^(?:are you|r u) (?:an? )?(?:ai|bot|robot|human|real person|llm|language model|chatgpt|gpt|claude)(?: or .*)?$|^what(?:'s| is) your name$|^(?:what|which) model (?:are you|is this)$|^introduce yourself$/,
  ],
  [
    'help',
    /^(?:help(?: me)?|what can (?:you|u|i) (?:do|ask|help)(?: (?:for|with) (?:me|you|this))?(?: here)?|what do you do|what (?:tools|skills|functions|capabilities)(?: do you have| are there| can you use)?(?: available)?|(?:show|list) (?:me )?(?:your |the |all )*tools|how (?:do|can) (?:i|you) (?:use|help)(?: (?:you|this|me))?|how does this work|what are your (?:tools|capabilities|skills)|commands|i need help|can you help(?: me)?|menu|\?)$/,
  ],
  [
    'cancel',
    /^(?:never ?mind|forget (?:it|that|about it)|cancel(?: that| it)?|stop(?: it)?|no|nope|no thanks|nothing|skip(?: it| that)?|leave it|abort)(?: please)?$/,
  ],
]

export function topicOf(text: string): Topic | undefined {
  if (text.length > 120) return undefined
  const plain = text
    .toLowerCase()
    .replace(/[’]/g, "'")
    .replace(/\p{Extended_Pictographic}|\uFE0F/gu, '')
    .replace(/[.!,;:)]+(?=\s|$)/g, '')
    .replace(/\?+$/, '')
    .replace(/\s+/g, ' ')
    .replace(/^(?:so|ok|okay|and|well|please|but) (?=\w+ )| please$/g, '')
    .trim()
  if (plain === '' && text.includes('?')) return 'help'
  return topics.find(([, pattern]) => pattern.test(plain))?.[0]
}
