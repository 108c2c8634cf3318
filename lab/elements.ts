import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/chain.css';
import './styles/matrix.css';
import './styles/derive.css';
import './styles/editor.css';
import './styles/hints.css';
import './styles/verdicts.css';
import './styles/heat.css';
import './styles/forge.css';
import './styles/share.css';
import './styles/standing.css';
import './styles/drawing.css';
import './styles/train.css';
import './styles/run.css';
import './styles/document.css';
import './styles/course.css';
import './styles/contrast.css';
import { Course } from './course/course.tsx';
import { Derive } from './derive/derive.tsx';
import { Forge } from './forge/forge.tsx';
import { setHome } from './shell/home.ts';
import { definePart } from './shell/part-element.tsx';
import { followAddress } from './shell/route.ts';
import { Train } from './train/train.tsx';

/**
 * The parts of the lab as elements that any page can hold: `elements.css`, `elements.js` as a module, and then
 * `<nf-derive>`, `<nf-forge>`, `<nf-train>` or `<nf-course>`, the last with the page to begin with and, for a part of it
 * alone, its section: `<nf-course page="02-mlp" section="through-the-relu">`.
 */
definePart('derive', Derive);
definePart('forge', Forge);
definePart('train', Train);
definePart('course', Course, ['page', 'section']);
setHome(import.meta.url);
followAddress();
