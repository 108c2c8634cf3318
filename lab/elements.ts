import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/derive.css';
import { Derive } from './derive/derive.tsx';
import { definePart } from './shell/part-element.tsx';

/**
 * The parts of the lab as elements that any page can hold: `elements.css`, `elements.js` as a module, and then
 * `<nf-derive>`, `<nf-forge>` or `<nf-train>`.
 */
definePart('nf-derive', Derive);
