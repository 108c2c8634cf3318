import './elements.ts';
import { render } from 'preact';
import { App } from './app.tsx';
import { keepOffline } from './offline/keep-offline.ts';
import { recallTheme } from './shell/theme.ts';

const root = document.getElementById('nf-lab');
if (root) {
  recallTheme();
  root.textContent = '';
  render(<App />, root);
}
keepOffline();
