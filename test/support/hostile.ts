import fc from 'fast-check';

/** Names as data may have them: markup, terminal sequences, text that turns around or does not show, sheer length. */
export const hostileNames: readonly string[] = [
  '<script>globalThis.ran = 1</script>',
  '</script></style></title><img src=x onerror="globalThis.ran=1">',
  `"><svg onload=globalThis.ran=1>`,
  `' onmouseover='globalThis.ran=1`,
  '<!-- --!> -->',
  ']]><x/><![CDATA[',
  '&lt;b&gt;&#x3c;&amp;amp;',
  '{{constructor.constructor("globalThis.ran=1")()}}#{globalThis.ran=1}',
  'javascript:globalThis.ran=1',
  '}*{display:none}/*',
  '\u001b]0;title\u0007\u001b]8;;file:///etc/passwd\u001b\\link\u001b]8;;\u001b\\',
  '\u001b[2J\u001b[8m\u001b[1;31mred\u001b[0m',
  '\u009b31m\u009d0;title\u009c\u0090\u0085',
  'real\rfake\b\b\b\bgone\nnext line\tx\u000b\u000c\u0000',
  '\u202eevitisop\u202c \u2067isolate\u2069 \u200f\u061c',
  'זהב → כסף',
  'zero\u200bwidth\u200c\u200d\ufeff\u2060\u00adhy\u034fphen',
  '\u2028line\u2029paragraph',
  '\ud800lone\udc00',
  '\ufffe\uffff\ufff9\u{1ffff}\u{e0041}',
  '👩‍👩‍👧‍👦🏳️‍🌈 数字データ 한국어',
  'Z̴̧̛̪̜͚͚̼̩̥̋̀̿̌̋̚a̸͚l̵g̶o',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'C:\\con\\nul',
  '$(touch pwned) `id` %PATH% !!',
  '   ',
  'W'.repeat(5000),
  '<'.repeat(300),
];

/** One of them, or any text at all, with whole characters or without. */
export const hostileName: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostileNames) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 40 })
      .map((codes) => String.fromCharCode(...codes)),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom('<', '>', '"', "'", '&', '/', '!', '-', ']', '=', 'x', ' ', '\u001b', '[', 'm'), {
        minLength: 1,
        maxLength: 30,
      })
      .map((parts) => parts.join('')),
  },
);
