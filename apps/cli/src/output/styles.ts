/** Marks text on a terminal; elsewhere text stays as it is. */
export class Styles {
  constructor(readonly colored: boolean) {}

  bold = (text: string): string => this.wrap(text, '1');
  dim = (text: string): string => this.wrap(text, '2');
  red = (text: string): string => this.wrap(text, '31');
  green = (text: string): string => this.wrap(text, '32');
  yellow = (text: string): string => this.wrap(text, '33');
  cyan = (text: string): string => this.wrap(text, '36');

  private wrap(text: string, code: string): string {
    return this.colored && text !== '' ? `\u001B[${code}m${text}\u001B[0m` : text;
  }
}

/** What others wrote must not steer the terminal: control characters become spaces. */
export const printable = (text: string): string => text.replace(/\p{C}+/gu, ' ');

/** Likewise for JSON, which stays the same JSON: control characters that it may hold as they are become escapes. */
export const printableJson = (text: string): string =>
  text.replace(/[^\P{C}\n\r\t]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
