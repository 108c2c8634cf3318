// Compares our reader of safetensors with the reference implementation, on generated and mutated files, and has it read
// what our writer makes of those that both accept:
//
//     node scripts/differential-safetensors.mjs [--files N] [--seed N] [--python PATH] [--record]
//
// Every disagreement that is not one of the named ones (test/hostile/fuzz/differential.ts) is printed; exit 1 if there
// are any. --record writes a sample of the files, a few of each kind of verdict, with the reference's verdicts to
// test/reference/safetensors/decided.json. Needs a Python with safetensors.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bundled } from './fuzz-bundle.mjs';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
    record: { type: 'boolean', default: false },
  },
});
const { Dice, generatedSafetensors, nextInput, ourVerdict, rewritten, targets } = await import(await bundled());
const target = targets.find((t) => t.name === 'safetensors');
const corpus = await target.seeds();
const dice = new Dice(Number(values.seed));

const python = spawn(values.python, ['scripts/reference-safetensors.py', '--judge'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();

async function reference(bytes) {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  python.stdin.write(Buffer.concat([head, bytes]));
  const { value, done } = await answers.next();
  if (done) throw new Error('the reference has ended');
  const [verdict, ...rest] = value.split(' ');
  return verdict === 'accepted' ? { accepted: true, contents: rest[0] } : { accepted: false, refusal: rest.join(' ') };
}

const tally = { files: 0, rewritten: 0, accepted: 0, refused: 0, disagreements: 0 };
const deliberate = {};
const kept = new Map();
for (let n = 0; n < Number(values.files); n++) {
  const bytes = n % 2 === 0 ? generatedSafetensors(dice) : nextInput(target, corpus, n, dice);
  const [theirs, ours] = [await reference(bytes), ourVerdict(bytes)];
  tally.files++;
  tally[theirs.accepted ? 'accepted' : 'refused']++;
  const agree = theirs.accepted === ours.accepted && theirs.contents === ours.contents;
  const named = !agree && theirs.accepted && ours.deliberate;
  if (named) deliberate[ours.deliberate] = (deliberate[ours.deliberate] ?? 0) + 1;
  else if (!agree) {
    tally.disagreements++;
    const file = Buffer.from(bytes).toString('base64');
    console.log(JSON.stringify({ theirs, ours, file, header: Buffer.from(bytes.slice(8, 400)).toString('latin1') }));
  }
  const again = rewritten(bytes);
  if (again !== null && (await reference(again)).contents !== theirs.contents) {
    tally.disagreements++;
    console.log(JSON.stringify({ rewritten: Buffer.from(again).toString('base64') }));
  }
  tally.rewritten += again === null ? 0 : 1;
  const kind = `${ours.refusal?.replace(/".*"|\d+/g, '') ?? 'accepted'} ${named || ''} ${theirs.refusal?.slice(0, 40) ?? ''}`;
  const same = kept.get(kind) ?? [];
  if (same.length < (theirs.accepted ? 25 : 2) && bytes.length < 600) {
    const file = Buffer.from(bytes).toString('base64');
    same.push({
      file,
      accepted: theirs.accepted,
      ...(theirs.accepted ? { contents: theirs.contents } : {}),
      ...(named ? { deliberate: named } : {}),
    });
    kept.set(kind, same);
  }
}
python.stdin.end();
console.log(JSON.stringify({ ...tally, deliberate }));
if (values.record) {
  const cases = [...kept.values()].flat();
  const lines = cases.map((c) => ` ${JSON.stringify(c)}`).join(',\n');
  writeFileSync(
    'test/reference/safetensors/decided.json',
    `{"source": "scripts/differential-safetensors.mjs --record", "cases": [\n${lines}\n]}\n`,
  );
  console.log(`${cases.length} cases recorded`);
}
process.exit(tally.disagreements > 0 ? 1 : 0);
