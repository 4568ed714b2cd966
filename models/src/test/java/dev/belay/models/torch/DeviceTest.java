package dev.belay.models.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.util.cuda.CudaUtils;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class DeviceTest {
    @Test
    void gpuWhereThereIsNoneIsAClearError() {
        Assumptions.assumeTrue(CudaUtils.getGpuCount() == 0);
        var head = assertThrows(IllegalStateException.class, Device.GPU::forHeads);
        var encoder = assertThrows(IllegalStateException.class, Device.GPU::cudaForEncoders);
        assertTrue(String.valueOf(head.getMessage()).startsWith("device is gpu, but"));
        assertTrue(String.valueOf(encoder.getMessage()).startsWith("device is gpu, but"));
    }

    @Test
    void unknownDeviceIsNamed() {
        assertEquals(Device.AUTO, Device.parse("auto"));
        var e = assertThrows(IllegalArgumentException.class, () -> Device.parse("tpu"));
        assertEquals("unknown device 'tpu', expected auto, cpu or gpu", e.getMessage());
    }
}
