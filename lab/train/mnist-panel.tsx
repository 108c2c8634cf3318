import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { idxNames } from '../../src/data/catalog.ts';
import { ErrorCard } from '../shell/error-card.tsx';
import { download, missing, mnist, mnistError, mnistFiles, progress, recall, take } from './mnist.ts';

/** MNIST is brought: dropped, chosen, or downloaded and verified. */
export function MnistPanel(): VNode {
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => void recall(), []);
  const absent = missing(mnistFiles.value);
  if (absent.length === 0)
    return <p class="quiet mnist-here">✓ MNIST is here: 60,000 images to train on, 10,000 for the test.</p>;
  const hosts = mnist.mirrors.map((mirror) => new URL(mirror).host);
  return (
    <section
      class={`mnist card ${over ? 'over' : ''}`}
      aria-label="Bring MNIST"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <h2>Bring MNIST</h2>
      <p>Drop its four files here, choose them, or have them downloaded. They stay in this browser.</p>
      <ul class="mnist-files">
        {idxNames.map((name) => (
          <li key={name} class={absent.includes(name) ? 'absent' : 'here'}>
            <code>{name}</code> <span>{absent.includes(name) ? 'missing' : '✓ here'}</span>
          </li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" class="button" onClick={() => chooser.current?.click()}>
          Choose files
        </button>
        <button type="button" class="button" disabled={progress.value !== null} onClick={() => void download()}>
          Download 11 MB
        </button>
        <input
          ref={chooser}
          type="file"
          multiple
          class="visually-hidden"
          tabIndex={-1}
          aria-label="The four files of MNIST"
          onChange={(event) => void take([...(event.currentTarget.files ?? [])])}
        />
      </div>
      <p class="quiet">
        From {hosts.join(' or ')}, each file verified by its published sha256. {mnist.credit}.
      </p>
      <p role="status">{progress.value}</p>
      {mnistError.value === null ? null : <ErrorCard error={mnistError.value} />}
    </section>
  );
}
