// THIRD-PARTY-NOTICES: the packages that are bundled into dist/, with their versions and license texts, as the bundler
// found them in its module graph. A package without a license text, or under a license that asks for more than its
// notice, stops the build.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Licenses whose whole condition is that their text goes along. */
const permissive = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'Zlib', 'Unlicense'];

const root = fileURLToPath(new URL('..', import.meta.url));

/** What packages contain of others without a word in their own license file. */
const within = {
  'csv-parse': [
    ['buffer', 'MIT', 'Copyright (c) Feross Aboukhadijeh, and other contributors.'],
    ['is-buffer', 'MIT', 'Copyright (c) Feross Aboukhadijeh'],
    ['base64-js', 'MIT', 'Copyright (c) 2014 Jameson Little'],
    ['ieee754', 'BSD-3-Clause', 'Copyright 2008 Fair Oaks Labs, Inc.'],
  ],
  // As the fonts' own tables of names have it.
  katex: [
    [
      'the fonts of KaTeX',
      'OFL-1.1',
      `Copyright (c) 2009-2010, Design Science, Inc. (<www.mathjax.org>)
Copyright (c) 2014-2018 Khan Academy (<www.khanacademy.org>),
with Reserved Font Names KaTeX_AMS, KaTeX_Caligraphic, KaTeX_Fraktur, KaTeX_Main, KaTeX_Math, KaTeX_SansSerif,
KaTeX_Script, KaTeX_Size1, KaTeX_Size2, KaTeX_Size3, KaTeX_Size4 and KaTeX_Typewriter.`,
    ],
  ],
};

/** A plugin that notes which packages end up in a bundle, and the map that it fills, by name@version. */
export function bundledPackages() {
  const packages = new Map();
  const plugin = {
    name: 'neuroforge:bundled-packages',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        for (const [id, module] of Object.entries(output.modules)) {
          if (module.renderedLength > 0) note(packages, id);
        }
      }
    },
  };
  return { plugin, packages };
}

/** Code that a bundler adds itself, by the beginning of its modules' names. */
const added = { '\0rolldown/': 'rolldown', '\0vite/': 'vite' };

/** Modules that our own plugins make: a script with a build of its own and this plugin, a list of documents. */
const listed = ['\0virtual:sandbox-script', '\0virtual:course'];

/** Throws for a module that is neither ours nor a package's: nobody could say whose it is. */
function note(packages, id) {
  if (listed.includes(id)) return;
  const tool = Object.keys(added).find((start) => id.startsWith(start));
  const file = tool ? path.join(root, 'node_modules', added[tool], 'index.js') : id.replace(/^\0|\?.*$/g, '');
  if (!file.includes('node_modules')) {
    const ours = path.relative(root, file);
    if (path.isAbsolute(ours) || !/^((src|lab|course|docs)[\\/]|package\.json$)/.test(ours))
      throw new Error(`whose code is ${id}?`);
    return;
  }
  for (let folder = path.dirname(file); path.basename(folder) !== 'node_modules'; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, version, license } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (!name || !version) continue; // a package.json that only says "type": "module"
    packages.set(`${name}@${version}`, { name, version, license, folder });
    return;
  }
}

/** Name, version and license texts of each, as one text. Throws for a package that may not be bundled as it is. */
export function notices(packages) {
  const byName = [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const sections = byName.map(({ name, version, license, folder }) => {
    if (!permissive.includes(license)) {
      throw new Error(`${name} ${version} is bundled under ${license}: scripts/third-party.mjs does not know that one`);
    }
    const texts = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .sort()
      .map((file) => readFileSync(path.join(folder, file), 'utf8').replace(/\r\n/g, '\n'))
      .map((text) => text.split('\n# Licenses of bundled dependencies')[0].trim()); // of Vite's, none of which is here
    if (texts.length === 0) throw new Error(`${name} ${version} is bundled and brings no license text`);
    for (const [part, kind, holder] of within[name] ?? []) {
      texts.push(`It contains ${part} (${kind}).\n\n${holder}\n\n${wording[kind]}`);
    }
    return `${rule}\n${name} ${version} (${license})\n${rule}\n\n${texts.join('\n\n')}\n`;
  });
  return sections.join('\n');
}

/** The file for the package: dist/cli, the browser file and dist/lab together. */
export function noticesFile(packages) {
  return `The command line (cli/), the browser file (neuroforge.browser.js) and the lab (lab/) of NeuroForge contain code of the
packages below, each under its own license. Written by scripts/third-party.mjs during the build.

The WebAssembly kernels are our own code, compiled by AssemblyScript (Apache-2.0) without its runtime: nothing of its
library is in the module, which a test holds. Data sets and their authors are in NOTICE.

${notices(packages)}`;
}

const rule = '-'.repeat(80);
const wording = {
  'OFL-1.1': readFileSync(path.join(root, 'scripts/licenses/OFL-1.1.txt'), 'utf8').trim(),
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
  'BSD-3-Clause': `Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
disclaimer in the documentation and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products
derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`,
};
