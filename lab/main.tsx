import './elements.ts';
import { render } from 'preact';
import { App } from './app.tsx';
import { keepOffline } from './offline/keep-offline.ts';

const root = document.getElementById('lab');
if (root) {
  root.textContent = '';
  render(<App />, root);
}
keepOffline();
