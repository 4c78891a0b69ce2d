import './style.css';
import { render } from 'preact';
import { Page } from './page.js';

const place = document.getElementById('page');
if (place) render(<Page />, place);
