/** Of node:util what a participant uses: options of type string or boolean with defaults, unknown ones refused. */
export function parseArgs({ args, options }) {
  const values = {};
  for (const [name, option] of Object.entries(options)) if ('default' in option) values[name] = option.default;
  for (let i = 0; i < args.length; i++) {
    const name = args[i].replace(/^--/, '');
    const option = options[name];
    if (args[i] === name || option === undefined) throw new TypeError(`Unknown option '${args[i]}'`);
    values[name] = option.type === 'boolean' ? true : args[++i];
  }
  return { values, positionals: [] };
}
