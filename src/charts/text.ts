import { spellUnseen } from '../core/unseen.ts';

/**
 * Text from data made harmless for a page and a terminal: what would not show, or would act, is spelled out
 * (`\u001b`); over `max` code points it is cut with an ellipsis. Markup is escaped later, by the renderer.
 */
export function safeText(value: unknown, max = 200): string {
  const text = typeof value === 'string' ? value : textOf(value);
  const head = text.length > 4 * max + 8 ? text.slice(0, 4 * max + 8) : text;
  const points = Array.from(spellUnseen(head));
  return points.length > max || head !== text ? points.slice(0, max - 1).join('') + '…' : points.join('');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object')) return value.join(', ');
  return JSON.stringify(value) ?? '–';
}
