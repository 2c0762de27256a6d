/** Chapter 15 of the third edition: the daily ridership of Chicago's trains. */
import type { Reproduction } from '../reproduction.ts';
import { bookRows } from './book.ts';
import { missingData } from './experiments.ts';
import { intervals, nextDay, nextFortnight } from './ours.ts';

/** The book's models on the validation part, then they and ours on the test part. */
export const ridership: Reproduction = {
  id: 'ridership',
  title: "Géron's ridership",
  source:
    'Aurélien Géron, “Hands-On Machine Learning with Scikit-Learn, Keras and TensorFlow”, third ' +
    'edition, chapter 15: boardings of Chicago’s trains and buses a day. Each row is a file of ' +
    '`examples/ridership`, which `chronograd train` runs as well: training on 2016 to 2018, Huber ' +
    'loss, SGD with momentum 0.9, batches of 32, ended when the validation part (January to May ' +
    '2019) gets no better for 50 of at most 500 epochs, with the weights of the best epoch. As in ' +
    'the book, the part that ends the training is the part that is reported.',
  unit: 'mean absolute errors on the validation part, in boardings a day',
  remarks:
    'One of five seeds of the univariate SimpleRNN stays near the forecast of the last value, which ' +
    'is why its mean misses the number: its loss trebles in the second epoch and hardly falls after. ' +
    'The other four are at 28,946 to 30,158. With the norm of the gradients clipped at 1, all five ' +
    'learn. Rows of one day forecast 95 days, those of 14 days begin on 82. Nothing else was tuned ' +
    'here: learning rates and sizes are the book’s.',
  // Rows share what is trained, and take up what was.
  timed: false,
  missing: missingData,
  rows: bookRows,
  sections: [nextDay, nextFortnight, intervals],
};
