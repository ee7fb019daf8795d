/** An RE2 expression for a text as it stands (RE2's QuoteMeta: any byte but letters, digits and _ may be escaped). */
export function literalExpression(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, '\\$&')
}
