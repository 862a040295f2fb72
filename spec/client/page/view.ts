import { createView } from '../../../client/view.js';

Object.assign(window, { createView });
