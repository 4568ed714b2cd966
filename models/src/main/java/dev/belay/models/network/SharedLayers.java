package dev.belay.models.network;

import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Layers that two networks have in common: all parameters of a layer, whose names are equal up to
 * the last dot, have the same shapes in both.
 */
final class SharedLayers {
    private SharedLayers() {}

    /**
     * Their names, in the order of the first network.
     *
     * @param own shape of each of its parameters
     */
    static List<String> names(Map<String, long[]> own, Map<String, long[]> other) {
        Map<String, Boolean> shared = new LinkedHashMap<>();
        own.forEach(
                (name, shape) ->
                        shared.merge(
                                layer(name),
                                Arrays.equals(shape, other.get(name)),
                                Boolean::logicalAnd));
        return shared.keySet().stream().filter(shared::get).toList();
    }

    /**
     * The first network's file, with the tensors of the other one in the layers that they share.
     */
    static SafeTensors mix(SafeTensors own, SafeTensors other) {
        List<String> shared = names(shapes(own), shapes(other));
        Map<String, Tensor> tensors = new TreeMap<>(own.tensors());
        tensors.replaceAll(
                (name, tensor) -> shared.contains(layer(name)) ? other.tensor(name) : tensor);
        return new SafeTensors(own.metadata(), tensors);
    }

    static Map<String, long[]> shapes(SafeTensors file) {
        Map<String, long[]> shapes = new TreeMap<>();
        file.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    static String layer(String parameter) {
        int dot = parameter.lastIndexOf('.');
        return dot < 0 ? parameter : parameter.substring(0, dot);
    }
}
