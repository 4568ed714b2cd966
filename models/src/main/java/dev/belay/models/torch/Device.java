package dev.belay.models.torch;

import ai.djl.engine.Engine;
import ai.djl.util.cuda.CudaUtils;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.util.Locale;

/**
 * Where encoders and heads compute. The GPU is untested. Results are bit-exact only on the same
 * kind of device.
 */
public enum Device {
    /** The GPU if one is available, else the CPU. */
    AUTO,
    CPU,
    GPU;

    /**
     * Reads {@code auto}, {@code cpu} or {@code gpu}.
     *
     * @throws IllegalArgumentException for any other name
     */
    public static Device parse(String name) {
        for (Device device : values())
            if (device.name().toLowerCase(Locale.ROOT).equals(name)) return device;
        throw new IllegalArgumentException(
                "unknown device '" + name + "', expected auto, cpu or gpu");
    }

    /**
     * PyTorch's device for heads.
     *
     * @throws IllegalStateException if this is {@link #GPU} and PyTorch finds none
     */
    public ai.djl.Device forHeads() {
        Engine engine = Torch.engine();
        boolean usable = this != CPU && engine.getGpuCount() > 0;
        if (this == GPU && !usable)
            throw noGpu("PyTorch " + engine.getVersion() + " found no CUDA device");
        return usable ? ai.djl.Device.gpu() : ai.djl.Device.cpu();
    }

    /**
     * Whether encoders run on CUDA.
     *
     * @throws IllegalStateException if this is {@link #GPU} and ONNX Runtime can't use one
     */
    public boolean cudaForEncoders() {
        if (this == CPU) return false;
        boolean built = OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
        boolean usable = built && CudaUtils.getGpuCount() > 0;
        if (this == GPU && !usable)
            throw noGpu(
                    built
                            ? "ONNX Runtime found no CUDA device"
                            : "this build has ONNX Runtime for the CPU only");
        return usable;
    }

    private static IllegalStateException noGpu(String found) {
        return new IllegalStateException(
                "device is gpu, but "
                        + found
                        + "; build with the Maven profile gpu on a machine with CUDA, or choose auto or cpu");
    }
}
