import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { idxNames } from '../../src/data/catalog.ts';
import { ErrorCard } from '../shell/error-card.tsx';
import { focusSoon } from '../shell/focus.ts';
import {
  checkedFiles,
  download,
  keptHere,
  missing,
  mnist,
  mnistErrors,
  mnistFiles,
  progress,
  putAway,
  recall,
  setOf,
  take,
  takeFromMachine,
} from './mnist.ts';
import { askMachine, machineFiles } from './mnist-machine.ts';

/** MNIST is brought: dropped, chosen, or downloaded and verified. */
export function MnistPanel(): VNode {
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void recall();
    void askMachine();
  }, []);
  const near = machineFiles.value.length > 0;
  const absent = missing(mnistFiles.value);
  if (absent.length === 0) return <Here />;
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
      <p>
        {near ? 'Its four files are on this machine. Or drop them here,' : 'Drop its four files here,'} choose them, or
        have them downloaded. They stay in this browser.
      </p>
      <ul class="mnist-files">
        {idxNames.map((name) => (
          <li key={name} class={absent.includes(name) ? 'absent' : 'here'}>
            <code>{name}</code> <span>{absent.includes(name) ? 'missing' : `✓ ${known(name)}`}</span>
          </li>
        ))}
      </ul>
      <div class="buttons">
        {near ? (
          <button
            type="button"
            class="button primary"
            disabled={progress.value !== null}
            onClick={() => void takeFromMachine()}
          >
            Use this machine’s
          </button>
        ) : null}
        <button type="button" class="button" onClick={() => chooser.current?.click()}>
          Choose files
        </button>
        <button type="button" class="button" disabled={progress.value !== null} onClick={() => void download()}>
          Download 11 MB
        </button>
        {absent.length < idxNames.length ? <OtherFiles /> : null}
        <input
          ref={chooser}
          type="file"
          multiple
          class="visually-hidden"
          tabIndex={-1}
          aria-label="The four files of MNIST"
          onChange={(event) => {
            void take([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = ''; // the same file may be chosen again
          }}
        />
      </div>
      <p class="quiet">
        From {hosts.join(' or ')}, each file verified by its published sha256. {mnist.credit}.
      </p>
      <p role="status">{progress.value}</p>
      {mnistErrors.value.map((error, i) => (
        <ErrorCard key={i} error={error} />
      ))}
    </section>
  );
}

/** What a file was found to be. */
function known(name: (typeof idxNames)[number]): string {
  const set = checkedFiles.value[name]?.set ?? null;
  return set === 'mnist' ? 'MNIST’s, verified' : set === 'fashion-mnist' ? 'Fashion-MNIST’s' : 'your own';
}

/** What the four files are, and how many images. */
function Here(): VNode {
  const files = checkedFiles.value;
  const [train, test] = [idxNames[0], idxNames[2]].map((name) => files[name]?.shape[0].toLocaleString('en-US'));
  const what = {
    mnist: '✓ MNIST is here, verified',
    'fashion-mnist': 'This is Fashion-MNIST, not MNIST: clothes in ten classes, and 0 to 9 are their numbers',
  }[setOf(files) ?? ''];
  return (
    <div class="mnist-here">
      <p class="quiet" role="status">
        {what ?? 'These files are not MNIST’s, but your own'}: {train} images to train on, {test} for the test.
        {keptHere.value === true ? ' Kept in this browser.' : null}
        {keptHere.value === false ? ' This browser does not keep them: they are here for this visit.' : null}
      </p>
      <div class="buttons">
        <OtherFiles />
      </div>
      {mnistErrors.value.map((error, i) => (
        <ErrorCard key={i} error={error} />
      ))}
    </div>
  );
}

function OtherFiles(): VNode {
  return (
    <button
      type="button"
      class="button small"
      onClick={({ currentTarget }) => {
        const part = currentTarget.closest('.nf-part');
        void putAway().then(() => focusSoon(() => part?.querySelector<HTMLElement>('.mnist .buttons button')));
      }}
    >
      Other files
    </button>
  );
}
