/** What no buffer holds. */
import { BackendError } from '@chronograd/backend';

/**
 * The error of a buffer with more words of 4 bytes than kernels can bind at once.
 * @param subject what needs it: `entry "trainStep"`
 */
export function tooLarge(subject: string, words: number, most: number): BackendError {
  return new BackendError('compile-failed', {
    backend: 'webgpu',
    subject,
    expected: `at most ${4 * most} bytes at once`,
    found: `${4 * words}`,
    advice:
      'Use smaller batches, shorter sequences or narrower layers, or, where the GPU has more, the ' +
      'option largeBuffers or a device of your own with a greater maxStorageBufferBindingSize',
  });
}
