/** Puts the modules where the functions that specs send into the page find them. */

import * as troupe from './modules.js';

Object.assign(window, { troupe });
