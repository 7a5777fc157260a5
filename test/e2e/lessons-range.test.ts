// @long
import { holdLessons } from '../support/lessons.ts';

holdLessons('range');
