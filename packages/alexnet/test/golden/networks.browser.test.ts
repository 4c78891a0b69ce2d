import './networks.test.js';
