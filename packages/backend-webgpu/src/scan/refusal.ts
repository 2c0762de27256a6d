/** Why a scan, or one way of running it, is not for the fused kernel. */
export class ScanRefusal extends Error {
  override readonly name = 'ScanRefusal';
}
