import './averaged.test.js';
