/** C0, DEL, C1, soft hyphen, zero-width and bidirectional controls, line separators, byte order mark. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text from data made harmless for a page and a terminal: what would not show, or would act, is spelled out
 * (`\u001b`); over `max` code points it is cut with an ellipsis. Markup is escaped later, by the renderer.
 */
export function safeText(value: unknown, max = 200): string {
  const text = typeof value === 'string' ? value : textOf(value);
  const head = text.length > 4 * max + 8 ? text.slice(0, 4 * max + 8) : text;
  const points = Array.from(head.replace(LONE_SURROGATE, spell).replace(UNSAFE, spell));
  return points.length > max || head !== text ? points.slice(0, max - 1).join('') + '…' : points.join('');
}

function spell(character: string): string {
  return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object')) return value.join(', ');
  return JSON.stringify(value) ?? '–';
}
