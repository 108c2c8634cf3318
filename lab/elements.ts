import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/derive.css';
import './styles/forge.css';
import './styles/share.css';
import './styles/train.css';
import './styles/run.css';
import { Derive } from './derive/derive.tsx';
import { Forge } from './forge/forge.tsx';
import { definePart } from './shell/part-element.tsx';
import { Train } from './train/train.tsx';

/**
 * The parts of the lab as elements that any page can hold: `elements.css`, `elements.js` as a module, and then
 * `<nf-derive>`, `<nf-forge>` or `<nf-train>`.
 */
definePart('nf-derive', Derive);
definePart('nf-forge', Forge);
definePart('nf-train', Train);
