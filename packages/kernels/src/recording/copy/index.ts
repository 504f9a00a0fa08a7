export { clearWords, copyWords } from './forward.ts';
