import './elements.ts';
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('lab');
if (root) {
  root.textContent = '';
  render(<App />, root);
}
