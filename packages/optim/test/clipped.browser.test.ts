import './clipped.test.js';
