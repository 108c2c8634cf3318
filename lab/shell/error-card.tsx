import type { VNode } from 'preact';
import { withoutFlags } from './flags.ts';

/** The parts of a NeuroForgeError that people read; it may have come over a port as plain data. */
interface Told {
  readonly code?: string;
  readonly message: string;
  readonly where?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly hint?: string;
}

/** Any thrown value as what people read; a stranger's error is only its message. */
export function told(error: unknown): Told {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const message = text('message') ?? String(error);
  if (!/^NF\d{4}$/.test(text('code') ?? '')) return { message };
  const told: Record<string, string> = { message };
  told['message'] = withoutFlags(message) || message;
  for (const key of ['code', 'where', 'expected', 'got', 'hint']) {
    const value = withoutFlags(text(key) ?? '');
    if (value !== '') told[key] = value;
  }
  return told as unknown as Told;
}

/** An error by code, what, where, expected, got, and what to do. */
export function ErrorCard({ error, title }: { error: unknown; title?: string }): VNode {
  const { code, message, where, expected, got, hint } = told(error);
  const rows = Object.entries({ where, expected, got, 'what to do': hint }).filter(([, text]) => text !== undefined);
  return (
    <div class="error-card" role="alert">
      <p class="error-title">
        {title ?? message} {code ? <code class="error-code">{code}</code> : null}
      </p>
      {title ? <p>{message}</p> : null}
      {rows.length > 0 ? (
        <dl>
          {rows.map(([name, text]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </div>
  );
}
