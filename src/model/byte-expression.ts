/**
 * What Envoy's RE2 refuses and others take. Envoy has it read texts as bytes, in Latin-1: an escape stands for one byte.
 * And a property of Unicode is a category or a script of its tables (Unicode 15), nothing else. Seen on Envoy 1.40.
 */

const CATEGORIES = /^(?:Any|C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/

const SCRIPTS: ReadonlySet<string> = new Set(
  `
  Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali
  Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma
  Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari
  Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic
  Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana
  Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana
  Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A
  Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi
  Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro
  Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong
  Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian
  Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa
  Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala
  Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet
  Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho
  Warang_Citi Yezidi Yi Zanabazar_Square
`
    .trim()
    .split(/\s+/),
)

/** A text as it stands (`\Q…\E`), a property, a code in octal or in hexadecimal, or any other escape. */
const ESCAPE =
  /\\Q[\s\S]*?(?:\\E|$)|\\[pP]\{\^?(?<property>[^}]*)\}|\\(?<octal>[0-7]{1,3})|\\x\{(?<hex>[^}]*)\}|\\[\s\S]/g

/** What of a well-formed expression Envoy would refuse. */
export function bytesProblem(expression: string): string | undefined {
  for (const { 0: text, groups: { property, octal, hex } = {} } of expression.matchAll(ESCAPE)) {
    if (property !== undefined && !CATEGORIES.test(property) && !SCRIPTS.has(property)) {
      return `must be a regular expression of Envoy's RE2, which has no property ${text}`
    }
    const code = octal === undefined ? Number.parseInt(hex ?? '0', 16) : Number.parseInt(octal, 8)
    if (code > 0xff) {
      return `must be a regular expression for bytes: ${text} is none, write the character itself`
    }
  }
  return undefined
}
