/**
 * What an error of the library says, without the clauses that speak of flags of the command line (`use --batch full`), of
 * which a page has none. '' where nothing is left.
 */
export function withoutFlags(text: string): string {
  return text
    .split(/; |: (?=[^:;]*--[a-z])/)
    .filter((clause) => !/(^|[\s(`])--[a-z]/.test(clause))
    .join('; ');
}
