import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conforms, kindsCsv, Workplace } from './cli.ts';

const at = new Workplace();
const commands = ['train', 'eval', 'predict', 'gradcheck', 'explain', 'learn', 'data'];

describe('help and usage', () => {
  it('help is on stdout, lists the commands with three examples, and no arguments ask for it', async () => {
    const [help, nothing] = await Promise.all([at.run(['--help']), at.run([])]);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of commands) expect(help.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(help.stdout.split('Examples:')[1].match(/^ {2}neuroforge /gm)).toHaveLength(3);
    expect(nothing).toMatchObject({ code: 0, stdout: help.stdout });
  });

  it('each command has help of its own', async () => {
    const all = await Promise.all(commands.map((command) => at.run([command, '--help'])));
    all.forEach(({ code, stdout, stderr }, i) => {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`neuroforge ${commands[i]}`);
      expect(stdout).toContain('--json');
    });
  });

  it('--version is a version', async () => {
    expect((await at.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it('what is misspelled is refused with the nearest name', async () => {
    await Promise.all([
      at.refused(['trian'], /unknown command 'trian'/, /train/),
      at.refused(['train', '--epoch', '3'], /unknown option '--epoch'/, /--epochs/),
      at.refused(['gradcheck', 'lienar'], /no gradient check of "lienar"/, /did you mean linear\?/),
      at.refused(['explain', 'sofmax'], /nothing here called "sofmax"/, /did you mean softmax\?/),
      at.refused(['data', 'lst'], /no "data lst"/, /did you mean data list\?/),
      at.refused(['data', 'get', 'mnits'], /no data set "mnits"/, /did you mean mnist\?/),
    ]);
  });

  it('missing and superfluous arguments are refused', async () => {
    await Promise.all([
      at.refused(['eval'], /missing required argument 'run'/),
      at.refused(['predict', 'latest'], /missing required argument 'input'/),
      at.refused(['explain'], /missing required argument 'layer'/),
      at.refused(['gradcheck', 'relu', 'tanh'], /too many arguments/),
      at.refused(['data', 'get'], /data get takes one name/),
      at.refused(['data', 'list', 'mnist'], /data list takes no name/),
      at.refused(['train', '--lr'], /argument missing/),
    ]);
  });

  it('with --json an error is one document, and the exit code stays', async () => {
    for (const args of [['trian'], ['train', '--lr', '-1'], ['explain', 'x'], ['eval', 'nowhere']]) {
      const { code, stdout } = await at.run([...args, '--json']);
      expect(code).toBe(2);
      const document = JSON.parse(stdout);
      expect(document.schema).toBe('neuroforge/error@1');
      conforms(document);
    }
  });

  it('a stack is shown with --debug and not without', async () => {
    const [plain, debug] = await Promise.all([at.run(['explain', 'x']), at.run(['explain', 'x', '--debug'])]);
    expect(plain.stderr).not.toMatch(/\n\s+at /);
    expect(debug.stderr).toMatch(/\n\s+at /);
  });
});

describe('configuration that is refused before anything is trained', () => {
  const file = (name: string, text: string): string => at.write(name, text);
  const cases: [string, string[], ...RegExp[]][] = [
    ['a negative rate', ['--lr', '-0.1'], /--lr/, /above 0/, /got -0.1/],
    ['a rate of zero', ['--lr', '0'], /--lr/, /above 0/],
    ['a rate that is NaN', ['--lr', 'NaN'], /--lr/, /got "NaN"/],
    ['a rate that is infinite', ['--lr', 'Infinity'], /--lr/],
    ['a blank rate', ['--lr', ' '], /--lr/],
    ['a batch of zero', ['--batch', '0'], /--batch/, /whole number of at least 1, or full/],
    ['a fractional batch', ['--batch', '2.5'], /--batch/, /got 2.5/],
    ['a batch larger than the training set', ['--batch', '100000'], /1 to 1294/, /--batch full/],
    ['fractional epochs', ['--epochs', '1.5'], /--epochs/],
    ['no epochs', ['--epochs', '0'], /--epochs/],
    ['a negative seed', ['--seed', '-1'], /--seed/],
    ['a seed beyond 32 bits', ['--seed', '4294967296'], /--seed/],
    ['an optimizer that is not there', ['--optimizer', 'adamw2'], /--optimizer/, /sgd/],
    ['a model that cannot be read', ['--model', 'mlp:0'], /--model/, /mlp:512,128/],
    ['a backend that is not there', ['--backend', 'gpu'], /--backend/, /wasm/],
    ['a threshold of 1', ['--threshold', '1'], /--threshold/],
    ['an unreadable until', ['--until', 'accuracy'], /--until/, /val\.accuracy=0\.97/],
    ['a validation share that leaves nothing', ['--val', '1438'], /training set|--val/],
    ['logistic on ten classes', ['--model', 'logistic'], /--positive/],
    ['a class that is not there', ['--positive', '11', '--model', 'logistic'], /--positive/, /got 11/],
    ['data that are not there', ['--data', 'no-such.csv'], /no-such\.csv/, /digits/],
    ['a file that is not there', ['--config', 'none.json'], /none\.json/],
    [
      'an unknown key',
      ['--config', file('unknown.json', '{"learningRate": 0.1, "epohcs": 3}')],
      /unknown\.json/,
      /learningRate/,
    ],
    ['a misspelled key', ['--config', file('near.json', '{"epohs": 3}')], /"epohs"/, /did you mean "epochs"\?/],
    ['a key twice', ['--config', file('twice.json', '{"lr": 0.1,\n "lr": 0.2}')], /"lr" stands there twice/],
    ['__proto__', ['--config', file('proto.json', '{"__proto__": {"lr": 1}}')], /"__proto__"/],
    ['constructor', ['--config', file('constructor.json', '{"constructor": 1}')], /"constructor"/],
    ['NaN as a string', ['--config', file('nan.json', '{"lr": "NaN"}')], /nan\.json: lr/],
    ['a negative rate in a file', ['--config', file('negative.json', '{"lr": -1}')], /negative\.json: lr/],
    ['a number as text', ['--config', file('text.json', '{"lr": "3"}')], /text\.json: lr/, /got "3"/],
    ['a list', ['--config', file('list.json', '[1]')], /not a JSON object/],
    ['no JSON', ['--config', file('broken.json', '{"lr": 0.1,')], /not JSON/],
    ['another version', ['--config', file('newer.json', '{"schema": "neuroforge/config@9"}')], /newer\.json: schema/],
  ];

  for (const [what, args, ...parts] of cases) {
    it.concurrent(what, async () => {
      await at.refused(['train', '--epochs', '1', '--quiet', '--run-dir', 'refused', ...args], ...parts);
    });
  }

  it('no folder was made for any of them', () => {
    expect(existsSync(at.path('refused'))).toBe(false);
  });

  it('the environment goes below the file and the file below the flags', async () => {
    at.write('kinds.csv', kindsCsv());
    at.write('some.json', '{"data": "kinds.csv", "epochs": 7, "batch": 16, "backend": "js"}');
    const args = ['train', '--config', 'some.json', '--epochs', '2', '--quiet', '--run-dir', 'precedence'];
    const document = await at.json(args, 0, { NEUROFORGE_BACKEND: 'wasm' });
    expect(document).toMatchObject({ epochs: 2, backend: 'js' });
    expect(JSON.parse(at.read(`${document.run}/config.json`))).toMatchObject({ epochs: 2, batch: 16, backend: 'js' });
  });
});
