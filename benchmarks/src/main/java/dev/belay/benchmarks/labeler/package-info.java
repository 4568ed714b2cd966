/** {@code bench labeler}: beside ONNX Runtime alone over the same texts. */
@NullMarked
package dev.belay.benchmarks.labeler;

import org.jspecify.annotations.NullMarked;
