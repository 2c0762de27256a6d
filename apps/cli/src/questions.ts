/** Questions on a terminal. */
import { checkbox, input, number, select } from '@inquirer/prompts';
import { Interrupted } from './failures.ts';
import type { Terminal } from './io.ts';

/** Asks whoever sits at a terminal. */
export interface Questions {
  text(message: string, options: { readonly default?: string }): Promise<string>;
  /** A whole number from 1. */
  count(message: string, options: { readonly default: number }): Promise<number>;
  one(message: string, choices: readonly string[]): Promise<string>;
  some(
    message: string,
    choices: readonly string[],
    options: { readonly required: boolean },
  ): Promise<string[]>;
}

/**
 * Questions on a terminal; Ctrl-C ends them.
 *
 * @throws Interrupted
 */
export function questionsOn({ input: keys, output }: Terminal, signal: AbortSignal): Questions {
  const context = { input: keys, output, signal };
  const asked = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      const isEnd =
        error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
      throw isEnd ? new Interrupted('stopped; nothing was written') : error;
    }
  };
  return {
    text: (message, options) => asked(input({ message, required: true, ...options }, context)),
    count: async (message, options) =>
      (await asked(number({ message, min: 1, required: true, ...options }, context))) ??
      options.default,
    one: (message, choices) => asked(select({ message, choices }, context)),
    some: (message, choices, options) => asked(checkbox({ message, choices, ...options }, context)),
  };
}
