import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useUniqueId } from '../shell/unique-id.ts';
import {
  defaults,
  type Limit,
  limits,
  type Settings,
  sameSettings,
  settingOf,
  settings,
  switched,
} from '../work/settings.ts';
import { trainRows } from './mnist.ts';
import { MnistPanel } from './mnist-panel.tsx';

/** What a run is made of; a change counts from the next start. */
export function SettingsForm({ disabled }: { disabled: boolean }): VNode {
  const now = settings.value;
  const dataName = useUniqueId('lab-data');
  const set = (change: Partial<Settings>): void => {
    settings.value = { ...settings.value, ...change };
  };
  return (
    <fieldset class="settings" disabled={disabled}>
      <legend class="visually-hidden">Settings</legend>
      <div class="segments wide" role="radiogroup" aria-label="Data">
        {(['digits', 'mnist'] as const).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name={dataName}
              class="visually-hidden"
              checked={now.data === name}
              onChange={() => (settings.value = switched(settings.value, name))}
            />
            <span>{name === 'digits' ? 'Digits, 8 × 8' : 'MNIST, 28 × 28'}</span>
          </label>
        ))}
      </div>
      {now.data === 'mnist' ? (
        <MnistPanel />
      ) : (
        <p class="quiet">1,797 digits of 13 writers, built in: a run takes seconds.</p>
      )}
      <div class="fields">
        <NumberField
          label="first hidden"
          value={now.hidden[0]}
          limit={limits.hidden}
          onValue={(v) => set({ hidden: [v, now.hidden[1]] })}
        />
        <NumberField
          label="second hidden"
          value={now.hidden[1]}
          limit={limits.hidden}
          onValue={(v) => set({ hidden: [now.hidden[0], v] })}
        />
        <NumberField label="learning rate" value={now.lr} limit={limits.lr} onValue={(lr) => set({ lr })} />
        <NumberField
          label="batch"
          value={now.batch}
          limit={{ ...limits.batch, most: trainRows.value }}
          about="the rows to train on"
          onValue={(batch) => set({ batch })}
        />
        <NumberField label="epochs" value={now.epochs} limit={limits.epochs} onValue={(epochs) => set({ epochs })} />
        <NumberField label="seed" value={now.seed} limit={limits.seed} onValue={(seed) => set({ seed })} />
      </div>
      <button
        type="button"
        class="button small"
        disabled={sameSettings(now, defaults[now.data])}
        onClick={() => set(defaults[now.data])}
      >
        Usual settings
      </button>
    </fieldset>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly limit: Limit;
  /** What the upper limit is. */
  readonly about?: string;
  readonly onValue: (v: number) => void;
}

/** What cannot be is marked, said, and not taken. */
function NumberField({ label, value, limit, about, onValue }: NumberFieldProps): VNode {
  const [draft, setDraft] = useState<string | null>(null);
  /** What was typed and left, and cannot be, as long as `value` stays. */
  const [refused, setRefused] = useState<{ readonly text: string; readonly value: number } | null>(null);
  const left = refused?.value === value ? refused.text : null;
  const bad = settingOf(draft ?? String(value), limit) === null;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        inputMode="decimal"
        autocomplete="off"
        value={draft ?? String(value)}
        aria-invalid={bad}
        onInput={(event) => {
          const text = event.currentTarget.value;
          setDraft(text);
          setRefused(null);
          const v = settingOf(text, limit);
          if (v !== null) onValue(v);
        }}
        onBlur={() => {
          setRefused(bad && draft !== null ? { text: draft, value } : null);
          setDraft(null);
        }}
      />
      {bad || left !== null ? (
        <small role="alert">
          {left === null ? '' : `“${left.slice(0, 20)}” was not taken, ${value} stays: `}
          {limit.whole ? 'a whole number' : 'a number'} from {limit.least} to {limit.most}
          {about ? `, ${about}` : ''}
        </small>
      ) : null}
    </label>
  );
}
